import { type Html, html } from './html.ts'
import type { Place, Section, View } from './page.ts'
import { freshLine } from './parts/fresh.ts'

/** Paths of what every page loads, with their hashes. */
export type AssetPaths = { style: string; script: string; icon: string }

const SECTIONS: [section: Section, path: string, words: string][] = [
  ['overview', '/', 'Overview'],
  ['findings', '/findings', 'Findings'],
  ['instances', '/instances', 'Instances'],
  ['scans', '/scans', 'Scans'],
  ['rules', '/rules', 'Rules'],
]

/** A whole page around a view. */
export const page = ({ title, current, fresh, body }: View, place: Place, assets: AssetPaths): string =>
  String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · fleet-scanner</title>
<link rel="icon" type="image/svg+xml" href="${assets.icon}">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<p class="brand"><a href="/">fleet-scanner</a></p>
<nav aria-label="Sections"><ul>${SECTIONS.map(([section, path, words]) => link(path, words, section === current))}</ul></nav>
<p class="place">${place.words}</p>
</header>
<main id="main" tabindex="-1">
${fresh && freshLine(fresh)}
${body}
</main>
<footer>
<p>Read with your own rights; nothing here is sent anywhere. Times are UTC.</p>
</footer>
</body>
</html>
`)

const link = (path: string, words: string, isCurrent: boolean): Html =>
  html`<li><a href="${path}"${isCurrent && html` aria-current="page"`}>${words}</a></li>`

/** A page that says what is wrong, in words. */
export const problemPage = (title: string, words: string[]): Html =>
  html`<h1>${title}</h1>${words.map((each) => html`<p>${each}</p>`)}<p><a href="/">To the overview</a></p>`

/** The same without anything around it, for who is not let in. */
export const barePage = (title: string, words: string): string =>
  String(html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>${title} · fleet-scanner</title></head>
<body><main><h1>${title}</h1><p>${words}</p></main></body></html>
`)
