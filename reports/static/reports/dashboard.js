// The facility applies at once; dates wait for the button, for they are typed.
const form = document.querySelector("[data-dashboard-filters]");
form.addEventListener("change", (event) => {
  if (event.target.name !== "facility") return;
  const preset = form.querySelector("[aria-current]");
  if (preset) {
    const address = new URL(preset.href);
    address.searchParams.set("facility", event.target.value);
    location.assign(address);
  } else {
    form.requestSubmit();
  }
});
