"""Errors of the servers of models, by remedy. Its words are read and never shown.

They may quote file names or texts of a video.
"""

from avatars.exceptions import EngineFailed

# torch.cuda.OutOfMemoryError, cuDNN and cuBLAS, in lower case.
MEMORY = ("out of memory", "outofmemory", "cuda_error_out_of_memory", "cublas_status_alloc_failed")
# "Face not detected" (LatentSync), "No face is detected" (SadTalker), "Can't get the coeffs of the input" (SadTalker),
# "Face not detected! Ensure the video contains a face in all the frames" (Wav2Lip and those built on it).
FACELESS = ("face not detected", "no face", "can't get the coeffs", "face is not detected", "no faces")
# Gradio: "Queue is full! Please try again." Cog: "Already running a prediction".
CROWDED = ("queue is full", "already running a prediction", "prediction is already in progress")


def recognised(told: str, *, field: str) -> EngineFailed | None:
    """The error for the words of a server; None for words that we do not know."""
    low = told.lower()
    if any(mark in low for mark in MEMORY):
        return EngineFailed(
            "The graphics card of the server has too little memory.",
            code="server_memory",
            remedy="Close other programs on that card, use a smaller portrait, or a model that needs less.",
            field=field,
        )
    if any(mark in low for mark in FACELESS):
        return no_face(field=field)
    return busy(field=field) if any(mark in low for mark in CROWDED) else None


def no_face(*, field: str) -> EngineFailed:
    """The model cannot animate this portrait."""
    return EngineFailed(
        "The model found no face in the picture.",
        code="engine_refused",
        remedy="Use another portrait, or another engine.",
        field=field,
    )


def busy(*, field: str) -> EngineFailed:
    """The server works for others and takes no more."""
    return EngineFailed(
        "The server is busy and takes nothing more.",
        code="server_busy",
        remedy="Try it later, or let the server take more at once.",
        field=field,
    )


def other_interface(message: str, *, field: str) -> EngineFailed:
    """There is another program at this address, or another edition of it."""
    return EngineFailed(
        message,
        code="server_interface",
        remedy="Check that the address is that of this model; avatars/engines/README.md names the editions.",
        field=field,
    )
