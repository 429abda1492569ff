import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AssetPaths } from './layout.ts'

export type Asset = { body: string; type: string }

/** The style sheet, the script and the icon, read once; each is served under a name with its hash, so that no browser keeps an older one. */
export const loadAssets = (): { paths: AssetPaths; byPath: Map<string, Asset> } => {
  const style = named('style.css', 'text/css; charset=utf-8')
  const script = named('app.js', 'text/javascript; charset=utf-8')
  const icon = named('icon.svg', 'image/svg+xml')
  return {
    paths: { style: style.path, script: script.path, icon: icon.path },
    byPath: new Map([style, script, icon].map(({ path, ...asset }) => [path, asset])),
  }
}

const named = (file: string, type: string): Asset & { path: string } => {
  const body = readFileSync(new URL(`./assets/${file}`, import.meta.url), 'utf8')
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
  const [name, ending] = file.split('.')
  return { path: `/assets/${name}.${hash}.${ending}`, body, type }
}
