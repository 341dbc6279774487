"""Models of the images layers: see layer_models.py."""

from layer_models import rows

MODELS = []
DIALECTS = {}
TRAINING = set()
