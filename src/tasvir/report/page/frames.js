// One slider moves all series of its figure; a series that has ended stays at its last frame.
for (const slider of document.querySelectorAll(".slider input")) {
  const figure = slider.closest("figure"), step = figure.querySelector(".slider output");
  const show = () => {
    for (const { children } of figure.querySelectorAll(".frames")) {
      const now = Math.min(slider.valueAsNumber, children.length - 1);
      [...children].forEach((frame, i) => frame.classList.toggle("now", i === now));
    }
    step.value = slider.list.options[slider.value].label;
    slider.setAttribute("aria-valuetext", step.value);
  };
  slider.addEventListener("input", show);
  figure.querySelector(".slider").hidden = false;
  figure.classList.add("moving");
  show();
}
