// What Streamlit's frame lacks for those who hear a page; core/ui/showing.py puts the language in front of it.
// Each group of pages is a div between ul and li, which makes a list of neither: so it is a group, named by its title.
// (No tag may stand in this file, not even here: streamlit cleans a script that seems to hold one away.)

document.documentElement.lang = tongue;

function nameGroups() {
  for (const list of document.querySelectorAll("[data-testid=stSidebarNavItems]:has(> div)")) {
    for (const part of [list, ...list.querySelectorAll("li")]) part.setAttribute("role", "none");
    for (const group of list.querySelectorAll(":scope > div")) {
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", group.querySelector("header [data-testid=stMarkdownContainer]")?.textContent ?? "");
    }
  }
}

if (!window.headlightFrame) {
  let due = 0;
  window.headlightFrame = new MutationObserver(() => {
    cancelAnimationFrame(due);
    due = requestAnimationFrame(nameGroups); // the list comes and goes with the sidebar, and its names with the language
  });
  window.headlightFrame.observe(document.body, { childList: true, subtree: true, characterData: true });
}
nameGroups();
