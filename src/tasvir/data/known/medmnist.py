"""The single-label 2-D sets of MedMNIST v2 and v3, as `medmnist/info.py` 3.0.2 describes them."""

from dataclasses import dataclass

SIZES = (28, 64, 128, 224)
ORIGIN = "MedMNIST (J. Yang et al., Scientific Data 2023; doi 10.5281/zenodo.10519652)"


@dataclass(frozen=True)
class MedMNIST:
    """One set: what it shows, and the md5 of its file in each of `SIZES`."""

    name: str
    title: str
    about: str
    licence: str
    ndim: int  # 2 gray, 3 colour
    counts: tuple[int, int, int]  # train, val, test
    md5: tuple[str, str, str, str]
    class_names: tuple[str, ...]


_ORGANS = (
    "bladder",
    "femur-left",
    "femur-right",
    "heart",
    "kidney-left",
    "kidney-right",
    "liver",
    "lung-left",
    "lung-right",
    "pancreas",
    "spleen",
)

MEDMNIST = (
    MedMNIST(
        name="pathmnist",
        title="PathMNIST",
        about="patches of stained colorectal tissue, by kind of tissue",
        licence="CC BY 4.0",
        ndim=3,
        counts=(89_996, 10_004, 7_180),
        md5=(
            "a8b06965200029087d5bd730944a56c1",
            "55aa9c1e0525abe5a6b9d8343a507616",
            "ac42d08fb904d92c244187169d1fd1d9",
            "2c51a510bcdc9cf8ddb2af93af1eadec",
        ),
        class_names=(
            "adipose",
            "background",
            "debris",
            "lymphocytes",
            "mucus",
            "smooth muscle",
            "normal colon mucosa",
            "cancer-associated stroma",
            "colorectal adenocarcinoma epithelium",
        ),
    ),
    MedMNIST(
        name="dermamnist",
        title="DermaMNIST",
        about="dermatoscopic photographs of pigmented skin lesions",
        licence="CC BY-NC 4.0",
        ndim=3,
        counts=(7_007, 1_003, 2_005),
        md5=(
            "0744692d530f8e62ec473284d019b0c7",
            "b70a2f5635c6199aeaa28c31d7202e1f",
            "2defd784463fa5243564e855ed717de1",
            "8974907d8e169bef5f5b96bc506ae45d",
        ),
        class_names=(
            "actinic keratoses and intraepithelial carcinoma",
            "basal cell carcinoma",
            "benign keratosis-like lesions",
            "dermatofibroma",
            "melanoma",
            "melanocytic nevi",
            "vascular lesions",
        ),
    ),
    MedMNIST(
        name="octmnist",
        title="OCTMNIST",
        about="optical coherence tomography of the retina",
        licence="CC BY 4.0",
        ndim=2,
        counts=(97_477, 10_832, 1_000),
        md5=(
            "c68d92d5b585d8d81f7112f81e2d0842",
            "e229e9440236b774d9f0dfef9d07bdaf",
            "0a97e76651ace45c5d943ee3f65b63ae",
            "abc493b6d529d5de7569faaef2773ba3",
        ),
        class_names=(
            "choroidal neovascularization",
            "diabetic macular edema",
            "drusen",
            "normal",
        ),
    ),
    MedMNIST(
        name="pneumoniamnist",
        title="PneumoniaMNIST",
        about="children's chest X-rays: pneumonia against normal",
        licence="CC BY 4.0",
        ndim=2,
        counts=(4_708, 524, 624),
        md5=(
            "28209eda62fecd6e6a2d98b1501bb15f",
            "8f4eceb4ccffa70c672198ea285246c6",
            "05b46931834c231683c68f40c47b2971",
            "d6a3c71de1b945ea11211b03746c1fe1",
        ),
        class_names=(
            "normal",
            "pneumonia",
        ),
    ),
    MedMNIST(
        name="retinamnist",
        title="RetinaMNIST",
        about="fundus photographs, by severity of diabetic retinopathy",
        licence="CC BY 4.0",
        ndim=3,
        counts=(1_080, 120, 400),
        md5=(
            "bd4c0672f1bba3e3a89f0e4e876791e4",
            "afda852cc34dcda56f86ad2b2457dbcc",
            "e48e916a24454daf90583d4e6efb1a18",
            "eae7e3b6f3fcbda4ae613ebdcbe35348",
        ),
        class_names=(
            "0",
            "1",
            "2",
            "3",
            "4",
        ),
    ),
    MedMNIST(
        name="breastmnist",
        title="BreastMNIST",
        about="breast ultrasound images: malignant against normal or benign",
        licence="CC BY 4.0",
        ndim=2,
        counts=(546, 78, 156),
        md5=(
            "750601b1f35ba3300ea97c75c52ff8f6",
            "742edef2a1fd1524b2efff4bd7ba9364",
            "363e4b3f8d712e9b5de15470a2aaadf1",
            "b56378a6eefa9fed602bb16d192d4c8b",
        ),
        class_names=(
            "malignant",
            "normal, benign",
        ),
    ),
    MedMNIST(
        name="bloodmnist",
        title="BloodMNIST",
        about="single blood cells under the microscope",
        licence="CC BY 4.0",
        ndim=3,
        counts=(11_959, 1_712, 3_421),
        md5=(
            "7053d0359d879ad8a5505303e11de1dc",
            "2b94928a2ae4916078ca51e05b6b800b",
            "adace1e0ed228fccda1f39692059dd4c",
            "b718ff6835fcbdb22ba9eacccd7b2601",
        ),
        class_names=(
            "basophil",
            "eosinophil",
            "erythroblast",
            "immature granulocytes(myelocytes, metamyelocytes and promyelocytes)",
            "lymphocyte",
            "monocyte",
            "neutrophil",
            "platelet",
        ),
    ),
    MedMNIST(
        name="tissuemnist",
        title="TissueMNIST",
        about="human kidney cortex cells under the microscope",
        licence="CC BY 4.0",
        ndim=2,
        counts=(165_466, 23_640, 47_280),
        md5=(
            "ebe78ee8b05294063de985d821c1c34b",
            "123ece2eba09d0aa5d698fda57103344",
            "61b955355d7425a89687b06cca3ce0c2",
            "b077128c4a949f0a4eb01517f9037b9c",
        ),
        class_names=(
            "Collecting Duct, Connecting Tubule",
            "Distal Convoluted Tubule",
            "Glomerular endothelial cells",
            "Interstitial endothelial cells",
            "Leukocytes",
            "Podocytes",
            "Proximal Tubule Segments",
            "Thick Ascending Limb",
        ),
    ),
    MedMNIST(
        name="organamnist",
        title="OrganAMNIST",
        about="abdominal CT in axial slices, by organ",
        licence="CC BY 4.0",
        ndim=2,
        counts=(34_561, 6_491, 17_778),
        md5=(
            "68e3f8846a6bd62f0c9bf841c0d9eacc",
            "2dcccc29b88e6da5a01161ef20cda288",
            "eeae80d0a227a8d099027e1b3cfd3b60",
            "50747347e05c87dd3aaf92c49f9f3170",
        ),
        class_names=_ORGANS,
    ),
    MedMNIST(
        name="organcmnist",
        title="OrganCMNIST",
        about="abdominal CT in coronal slices, by organ",
        licence="CC BY 4.0",
        ndim=2,
        counts=(12_975, 2_392, 8_216),
        md5=(
            "b9ceb9546e10131b32923c5bbeaea2b1",
            "3ce34a8724ea6f548e6db4744d03b6a9",
            "773c1f009daa3fe5d9a2a201b2a7ed94",
            "050f5e875dc056f6768abf94ec9995d1",
        ),
        class_names=_ORGANS,
    ),
    MedMNIST(
        name="organsmnist",
        title="OrganSMNIST",
        about="abdominal CT in sagittal slices, by organ",
        licence="CC BY 4.0",
        ndim=2,
        counts=(13_932, 2_452, 8_827),
        md5=(
            "9ab87b696fb54e2a387ebe992d6ed5f1",
            "53a6d115339d874c25e309a994ff46d3",
            "ded0c5fa01a95dc4978b956f613e9b8e",
            "b354719e553fbbb2513d5533f52a4cb1",
        ),
        class_names=_ORGANS,
    ),
)

#: md5 of the bytes of `train_images`, where we have them: a file that was saved anew is still the same set.
TRAIN_IMAGES_MD5 = {"breastmnist.npz": "a7d1947fea5c34613771589c741ecb20"}

#: What is known by name and refused, with the reason.
NOT_SINGLE_LABEL = {
    "chestmnist": "has several labels an image",
    "organmnist3d": "has volumes, not images",
    "nodulemnist3d": "has volumes, not images",
    "adrenalmnist3d": "has volumes, not images",
    "fracturemnist3d": "has volumes, not images",
    "vesselmnist3d": "has volumes, not images",
    "synapsemnist3d": "has volumes, not images",
}
