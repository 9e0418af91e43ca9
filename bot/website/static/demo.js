// The buttons of the pages for web teams: copying an example, and opening the chat from the host page's own button.
for (const button of document.querySelectorAll('.copy')) {
  const label = button.textContent;
  button.addEventListener('click', async () => {
    await navigator.clipboard?.writeText(button.nextElementSibling.textContent);
    button.textContent = button.dataset.copied;
    button.addEventListener('blur', () => (button.textContent = label), { once: true });
  });
}
document.getElementById('open')?.addEventListener('click', () => document.querySelector('ozone-faq').show());
