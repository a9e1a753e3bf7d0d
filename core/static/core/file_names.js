// Unfold writes the address of a stored file into the field that names it; people know the file by its name.
addEventListener("DOMContentLoaded", () => {
  for (const link of document.querySelectorAll("#content a[download], #content a[target=_blank]")) {
    const shown = link.parentElement.parentElement?.querySelector("input[type=text][disabled]");
    if (shown && shown.value === link.getAttribute("href")) {
      shown.value = decodeURIComponent(shown.value.split("?")[0].split("/").pop());
    }
  }
});
