"""Studies asked in ways that no study can answer."""

from cli.bad.making import Bad

ASKED = "study run digits --out {new}"
REDUCED = "study reduction digits --out {new}"
PLANE = "study latent digits --out {new}"

CODED = "study codes digits --out {new}"
SALIENT = "study saliency digits --out {new}"
CLEANED = "study denoise digits --out {new}"


def study(cause: str, words: str, says: str) -> Bad:
    return Bad("study", cause, words, says)


STUDIES = [
    study("codes of no numbers", f"{CODED} --code 0", "--code 0.*at least 1"),
    study("layers that are words", f"{CODED} --hidden 500,wide", "--hidden '500,wide' holds 'wide'"),
    study("a layer of nothing", f"{CODED} --classifier 20,0", "--classifier '20,0' holds '0'"),
    study("a layer that fits no memory", f"{CODED} --hidden 9999999", "at most 10,000 units"),
    study("no epochs of codes", f"{CODED} --epochs 0", "--epochs 0"),
    study("half a batch", f"{CODED} --batch-size 0", "--batch-size 0"),
    study("no such profile of codes", f"{CODED} --profile slow", "slow"),
    study("maps of a fourth convolution", f"{SALIENT} --layer 3", "--layer 3: give a whole number"),
    study("one training for maps", f"{SALIENT} --seeds 1", "--seeds 1: give a whole number of at least 2|--seeds 1"),
    study("no epochs for maps", f"{SALIENT} --epochs 0", "--epochs 0"),
    study("no such profile for maps", f"{SALIENT} --profile slow", "slow"),
    study("no such study", "study reductoin digits", "reductoin"),
    study("a near name", "study rum digits", "did you mean"),
    study("no data", "study run", "DATA"),
    study("an argument too many", "study list digits", "unexpected|digits"),
    study("an estimate of nothing", "study estimate", "Usage"),
    study("an estimate without data", "study estimate run", "DATA"),
    study("an estimate of no such study", "study estimate rum digits", "rum"),
    study("an estimate of missing data", "study estimate run nowhere", "nowhere"),
    study("an estimate on no device", "study estimate run digits --device abacus", "abacus"),
    study("an estimate in no precision", "study estimate run digits --precision double", "double"),
    study("an estimate with no thread", "study estimate run digits --threads 0", "threads"),
    study("no jobs", f"{ASKED} --jobs 0", "jobs"),
    study("negative jobs", f"{ASKED} --jobs -2", "jobs"),
    study("jobs that are a word", f"{ASKED} --jobs all", "--jobs all.*auto"),
    study("half a job", f"{ASKED} --jobs 1.5", "--jobs 1.5"),
    study("threads that are a word", f"{ASKED} --threads many", "--threads"),
    study("negative threads", f"{ASKED} --threads -1", "threads"),
    study("no such precision", f"{ASKED} --precision int8", "int8.*'auto', 'fp32', 'bf16'"),
    study("no such device", f"{ASKED} --device cuda:99", "cuda:99"),
    study("no such backend", f"{ASKED} --backend spark", "spark"),
    study("a backend without its scheduler", f"{ASKED} --backend dask", "--scheduler"),
    study("a scheduler without its backend", f"{ASKED} --scheduler tcp://localhost:1", "--backend"),
    study("a scheduler that is no address", f"{ASKED} --backend dask --scheduler hello", "hello"),
    study("no such profile", f"{ASKED} --profile slow", "slow"),
    study("an empty profile", f"{ASKED} --profile=", "profile"),
    study("a negative seed", f"{ASKED} --seed -3", "seed"),
    study("a seed that is a word", f"{ASKED} --seed dice", "--seed"),
    study("out that is a file", "study run digits --out {file}", "file"),
    study("out below a file", "study run digits --out {file}/runs", "file"),
    study("one class", "study run {one_class} --out {new}", "class"),
    study("an unknown flag", f"{ASKED} --epochs 3", "--epochs"),
    study("sizes of a code that are words", f"{REDUCED} --dims few", "--dims 'few'.*3,9,15"),
    study("no number in a code", f"{REDUCED} --dims 0,3", "'0'"),
    study("half a number in a code", f"{REDUCED} --dims 2.5", "2.5"),
    study("a code above the rank", f"{REDUCED} --dims 3,65", "pca gives at most 64"),
    study("no such method", f"{REDUCED} --methods pca,umap", "umap.*landmark_isomap"),
    study("no neighbours to choose from", f"{REDUCED} --k-draws 0", "--k-draws 0"),
    study("a reduction of no such profile", f"{REDUCED} --profile slow", "slow"),
    study("a latent grid of one cell", f"{PLANE} --n 1", "--n 1.*at least 2"),
    study("half a cell of a latent grid", f"{PLANE} --n 2.5", "--n"),
    study("a latent scale of nothing", f"{PLANE} --scale 0", "--scale 0.*above 0"),
    study("a negative latent scale", f"{PLANE} --scale=-2", "--scale -2"),
    study("an endless latent scale", f"{PLANE} --scale inf", "--scale inf"),
    study("betas on one side of 1", f"{PLANE} --betas 2 4", "--betas.*below 1, then one above 1"),
    study("a negative beta", f"{PLANE} --betas -1 4", "betas"),
    study("a single beta", f"{PLANE} --betas 4", "betas"),
    study("a walk from an image to itself", f"{PLANE} --between 3 3", "--between.*two different images"),
    study("a walk to an image that is not there", f"{PLANE} --between 0 99999", "--between.*training images 0 to"),
    study("a walk from before the first image", f"{PLANE} --between -1 3", "between"),
    study("a walk between words", f"{PLANE} --between cat dog", "--between"),
    study("a plane after no epoch", f"{PLANE} --epochs 0", "--epochs 0"),
    study("a plane of no such profile", f"{PLANE} --profile slow", "slow"),
    study("a plane of few images", "study latent {one_class} --out {new}", "training images|class"),
    study("noise below nothing", f"{CLEANED} --variance -0.1", "--variance.*-0.1.*at least 0|--variance"),
    study("more noise than there is image", f"{CLEANED} --variance 3", "'3'.*at most 1"),
    study("noise that is a word", f"{CLEANED} --variance much", "'much'.*0..1 scale"),
    study("noise that is no number", f"{CLEANED} --variance nan", "'nan'"),
    study("a range the wrong way round", f"{CLEANED} --variance 0.04,0.01", "give 0.01,0.04"),
    study("a comma for a point", f"{CLEANED} --variance 0,01", "holds '01': write numbers with a point"),
    study("a range of three", f"{CLEANED} --variance 0,0.01,0.04", "holds 3 numbers"),
    study("a curve of words", f"{CLEANED} --variances low,high", "'low,high'"),
    study("no epochs of cleaning", f"{CLEANED} --epochs 0", "epochs=0|--epochs 0"),
    study("no trainings of cleaning", f"{CLEANED} --seeds 0", "seeds=0|--seeds 0"),
    study("cleaning of no such profile", f"{CLEANED} --profile slow", "slow"),
    study("images too small to clean", f"{CLEANED} --image-size 6", "6 pixels a side.*at least 8"),
    study("a flag without its value", "study run digits --out", "--out"),
]
