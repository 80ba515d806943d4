(function () {
  const box = document.getElementById("search");
  const input = document.getElementById("name");
  const said = document.getElementById("found");
  const entries = Array.from(document.querySelectorAll(".kind li"));
  const groups = Array.from(document.querySelectorAll(".region, .kind"));
  function plain(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, " ").trim();
  }
  const texts = entries.map((entry) => plain(entry.textContent));
  function search() {
    const wanted = plain(input.value).split(" ");
    let found = 0;
    entries.forEach((entry, place) => {
      entry.hidden = !wanted.every((word) => texts[place].includes(word));
      found += entry.hidden ? 0 : 1;
    });
    groups.forEach((group) => { group.hidden = !group.querySelector("li:not([hidden])"); });
    said.textContent = input.value ? found + (found === 1 ? " area" : " areas") : "";
  }
  input.addEventListener("input", search);
  box.hidden = false;
  search();
})();
