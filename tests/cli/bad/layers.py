"""Layers that cannot be: their words, the input, a person's table, a comparison."""

from cli.bad.making import Bad, text

IMAGE = "--input 32x32x3"
LAYERS = {
    "": "no layers: give them",
    "'conv(3,3)'": "no input: give --input",
    f"'konv(3,3)' {IMAGE}": "konv: no such layer; did you mean conv",
    f"'conv(3,3,strid=2)' {IMAGE}": "no setting 'strid'; did you mean stride",
    f"'conv(3)' {IMAGE}": "kernel is missing",
    f"'conv(3,x)' {IMAGE}": "kernel 'x'",
    f"'conv(3,3' {IMAGE}": "cannot read",
    f"'conv(3,3) dilated(3,5,rate=8)' {IMAGE}": "layer 2, .*effective kernel is 33 on 30x30",
    f"'dense(3)' {IMAGE}": "put flatten before it",
    f"'conv(4,3,groups=2)' {IMAGE}": "groups=2 does not divide",
    f"'conv(9999999999,3)' {IMAGE}": "1,000,000",
    f"'lstm(3)' {IMAGE}": "takes sequences",
    f"'relu' {IMAGE} --lang xx": "no language 'xx'",
    f"'relu' {IMAGE} --out {{new}}.txt": "give a file that ends in .html",
    f"'relu' {IMAGE} --out {{file}}/page.html": "file is a file",
    f"'relu' {IMAGE} --out {{empty}}": "ends in .html",
    f"'relu' {IMAGE} --check nowhere.csv": "nowhere.csv is no file",
    f"'relu' {IMAGE} --check {{file}}": "none of the columns",
    f"'relu' {IMAGE} --model {{classifier}}": "LAYERS and --model do not go together",
    "'relu' --input 32x": "input '32x': give HxWxC",
    "'relu' --input 1x2x3x4": "give HxWxC",
    "'relu' --input 0x3": "out of range",
    "'relu' --input 99999999x3": "out of range",
    "'relu' --input -3": "input|--input",
    "--model nowhere": "nowhere",
    "--model {empty}": "no model folder",
    "--model {sampler}": "has no net",
    "--model {classifier} --input 3x3": "does not take an example",
    "--compare konv": "--compare konv: no such layer; did you mean conv",
    "--compare ''": "give some of conv",
    "--compare conv --length 1": "--length 1",
    "--compare conv --length many": "--length",
    "--compare conv --length 10 --kernel 11": "--kernel 11: give 2 to 10",
    "--compare conv --width 100000": "--width 100000",
    "--compare conv --length 8192 --width 4096 --kernel 4096": "weights alone are 256.0 GiB; give",
    f"--compare conv {IMAGE}": "--compare and --input do not go together",
    "--compare conv --check {file}": "--compare and --check do not go together",
    f"'relu' {IMAGE} --frobnicate": "--frobnicate",
}
TABLES = {
    "layer,output\nrelu,32x32x3\nrelu,32x32x3\n": "has 2 rows of layers and the net 1",
    "output\nmany\n": "cannot be read: write as",
    "output,parameters\n32x32x3\n": "has 1 cells and the head 2",
}
LAYERS_BAD = [
    *(Bad("layers", words or "nothing", f"layers {words}", says) for words, says in LAYERS.items()),
    *(
        Bad("layers", f"table {place}", f"layers relu {IMAGE} --check mine.csv", says, text("mine.csv", table))
        for place, (table, says) in enumerate(TABLES.items())
    ),
]
