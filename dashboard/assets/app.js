// Everything here is an addition: each page works without it.
const EVERY_MS = 2000
/** After so many answers that did not come, the page says so and stops asking. */
const MOST_FAILURES = 5

/** Follows a scan that runs. The element says where to ask; its parts are found by their data attributes. */
const follow = (element) => {
  const part = (name) => element.querySelector(`[data-${name}]`)
  const [bar, words, ended] = [part('bar'), part('words'), part('ended')]
  let failures = 0

  const show = ({ scan, progress: { sent, answered } }) => {
    if (scan.status !== 'open') {
      words.textContent = `The scan has ended: ${scan.status}.`
      bar.hidden = true
      ended.hidden = false
      return false
    }
    if (sent > 0) {
      bar.max = sent
      bar.value = answered
      bar.textContent = `${answered} of ${sent}`
    }
    const said = sent > 0 ? `${answered} of ${sent} instances have answered.` : 'The inventory is being read.'
    // What a screen reader reads aloud is touched only where it says something new.
    if (words.textContent !== said) words.textContent = said
    return true
  }
  const look = async () => {
    if (document.hidden) return true
    try {
      const answer = await fetch(element.dataset.follow, { headers: { accept: 'application/json' } })
      if (!answer.ok) throw new Error(String(answer.status))
      failures = 0
      return show(await answer.json())
    } catch {
      failures += 1
      if (failures < MOST_FAILURES) return true
      words.textContent = 'The dashboard does not answer any more. Is it still running?'
      return false
    }
  }
  const again = () => setTimeout(async () => ((await look()) ? again() : undefined), EVERY_MS)
  again()
}

/** A button that copies the text of the element which it names. */
const copying = (button) => {
  const source = document.getElementById(button.dataset.copy)
  if (!source || !navigator.clipboard) return
  const words = button.textContent
  button.hidden = false
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(source.textContent)
    button.textContent = 'Copied'
    setTimeout(() => {
      button.textContent = words
    }, 1500)
  })
}

for (const element of document.querySelectorAll('[data-follow]')) follow(element)
for (const button of document.querySelectorAll('button[data-copy]')) copying(button)
// What is wrong with a form is read first, and leads to its fields.
document.getElementById('problems')?.focus()
// Paper cannot be unfolded.
addEventListener('beforeprint', () => {
  for (const details of document.querySelectorAll('details')) details.open = true
})
