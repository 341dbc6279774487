"""What is run: each job is the same work for every contender."""

import dataclasses
import os

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(HERE)


@dataclasses.dataclass(frozen=True)
class Job:
    key: str
    title: str
    recipe: str  # below benchmarks/
    epochs: int  # passes; the first is warm-up where epochs are measured
    quick: int
    batch: int
    unit: str = "epochs"  # or "steps": what is counted of `epochs`, and how the recipe is told
    setting: str = "phases.0.epochs"
    steps: int = 1  # in a measured interval
    shared: bool = False  # needs the files beside the repository
    warm: int = 1  # intervals that do not count: of the flowers those of the first pass, in which we read the JPEGs
    made: str = ""  # the architecture that models/make_resnet.py writes

    def length(self, options):
        return self.quick if options.quick else self.epochs

    def absent(self):
        """Why the job cannot be run here, or nothing."""
        if self.shared and not os.path.isdir(os.path.join(ROOT, "../shared/data/flowers128")):
            return f"{self.key}: ../shared with its checkpoints and flowers is not here"
        if self.recipe.startswith("jobs/main") and not os.path.exists("/usr/share/datasets/fashion-mnist"):
            return f"{self.key}: Debian's dataset-fashion-mnist is not installed"
        return ""

    def settings(self, options, folder):
        words = [f"{self.setting}={self.length(options)}"]
        if self.made:
            words += [f"model.architecture={folder}/{self.made}.json", f"data.train.inputs={folder}/images.npy",
                      f"data.train.targets={folder}/labels.npy"]
        return words


JOBS = {job.key: job for job in [
    Job("main-full", "main job, full fine-tuning", "jobs/main-full.json", 4, 2, 128),
    Job("main-frozen", "main job, frozen base", "jobs/main-frozen.json", 5, 2, 128),
    Job("flowers-frozen", "MobileNetV1-0.25 at 224 on flowers, frozen base + new head", "jobs/flowers-frozen.json", 10, 1, 32,
        shared=True),
    Job("flowers-full", "the same, full fine-tuning", "jobs/flowers-full.json", 190, 20, 32, "steps", "phases.0.steps", 10,
        shared=True, warm=10),
    Job("resnet18", "ResNet-18-like, 224, batch 16", "jobs/resnet.json", 12, 2, 16, "steps", "phases.0.steps", made="resnet18"),
    Job("resnet50", "ResNet-50-like, 224, batch 16", "jobs/resnet.json", 8, 2, 16, "steps", "phases.0.steps", made="resnet50"),
    Job("tiny", "2-3-1 network", "../recipes/sigmoid-mlp.json", 1000, 50, 3, setting="epochs"),
]}
