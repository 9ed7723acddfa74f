import { tryOut } from "./sound.js";

document.querySelector("[data-sound-test]").addEventListener("click", () => void tryOut());
