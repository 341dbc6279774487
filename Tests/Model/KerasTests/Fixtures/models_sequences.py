"""Models of the sequences layers: see layer_models.py."""

from layer_models import rows

MODELS = []
DIALECTS = {}
TRAINING = set()
