// Keras
