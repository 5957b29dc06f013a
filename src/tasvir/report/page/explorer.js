// The decoder of each explorer runs here: a place in its plane becomes an image. What is shown of the place is what is decoded.
for (const figure of document.querySelectorAll("figure.explorer")) {
  const plane = figure.querySelector(".plane svg"), pointer = plane.querySelector(".pointer");
  const canvas = figure.querySelector("canvas"), said = figure.querySelector("output");
  const limit = Number(plane.dataset.limit), side = plane.viewBox.baseVal.width, channels = Number(canvas.dataset.channels);
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const layers = [...figure.querySelectorAll("template")].map(({ dataset }) => ({
    weights: new Int16Array(bytes(dataset.weights)),
    scales: new Float32Array(bytes(dataset.scales)),
    bias: new Float32Array(bytes(dataset.bias)),
  }));
  const decode = (code) => layers.reduce((given, { weights, scales, bias }, depth) => {
    const last = depth === layers.length - 1, found = new Float64Array(bias.length);
    for (let out = 0, at = 0; out < bias.length; out++) {
      let sum = 0;
      for (let i = 0; i < given.length; i++, at++) sum += given[i] * weights[at];
      const value = sum * scales[out] + bias[out];
      found[out] = last ? 1 / (1 + Math.exp(-value)) : Math.max(value, 0);
    }
    return found;
  }, code);
  const context = canvas.getContext("2d"), image = context.createImageData(canvas.width, canvas.height);
  const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const written = (value) => number.format(value).replace("-", "−");
  let code = [0, 0];
  const show = (x, y) => {
    code = [x, y].map((value) => Math.round(100 * Math.min(limit, Math.max(-limit, value))) / 100 + 0);
    const pixels = decode(code);
    for (let i = 0; i < image.data.length; i++) {
      image.data[i] = i % 4 === 3 ? 255 : Math.round(255 * pixels[channels * (i >> 2) + (channels > 1 ? i % 4 : 0)]);
    }
    context.putImageData(image, 0, 0);
    const [left, down] = [code[0], -code[1]].map((value) => (value / limit + 1) * side / 2);
    pointer.setAttribute("transform", `translate(${left} ${down})`);
    said.value = `z₁ = ${written(code[0])}, z₂ = ${written(code[1])}`;
    canvas.dataset.code = code;
  };
  const follow = (event) => {
    const box = plane.getBoundingClientRect();
    show((2 * (event.clientX - box.left) / box.width - 1) * limit, (1 - 2 * (event.clientY - box.top) / box.height) * limit);
  };
  plane.addEventListener("pointerdown", (event) => { plane.setPointerCapture(event.pointerId); follow(event); });
  plane.addEventListener("pointermove", (event) => { if (plane.hasPointerCapture(event.pointerId)) follow(event); });
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] };
  plane.addEventListener("keydown", (event) => {
    const step = steps[event.key], size = event.shiftKey ? 0.5 : 0.1;
    if (event.key === "Home") show(0, 0);
    else if (step) show(code[0] + size * step[0], code[1] + size * step[1]);
    else return;
    event.preventDefault();
  });
  figure.querySelector(".explore").hidden = false;
  figure.classList.add("alive");
  show(0, 0);
}
