import { readFileSync } from 'node:fs'
import type { Evidence } from '../shared/evidence/evidence.ts'

/** One case of fixtures/etcd-behaviour.jsonl: what a real etcd did. */
export type Behaviour = {
  id: string
  args: string[]
  env: Record<string, string>
  envList?: string[]
  configFile: string | null
  otherConfigFile?: string
  starts: boolean
  autoTls: boolean | null
  servedOnClientPort?: string
  clientCertRequired?: boolean
  refusal?: string
}

const VALUES: Record<string, string> = {
  DIR: '/run/case',
  PKI: '/run/pki',
  CP: '12379',
  PP: '12380',
  CP2: '12381',
  LAB: '/run',
}
const fill = (text: string): string =>
  text.replace(/\{(DIR|PKI|CP2|CP|PP|LAB)\}/g, (_, name: string) => VALUES[name] ?? '')

export const behaviours = (file: string): Behaviour[] =>
  readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Behaviour)

/**
 * The evidence that a collector would have brought from that case.
 * @param exe a path that may name the version
 */
export const evidenceOf = (one: Behaviour, exe?: string): Evidence => {
  const argv = ['etcd', ...one.args.map(fill)]
  const environ = (one.envList ?? Object.entries(one.env).map(([name, value]) => `${name}=${value}`)).map(
    fill,
  )
  const flag = argv.findLastIndex((arg) => /^--?config-file(=|$)/.test(arg))
  const last = argv[flag]?.includes('=') ? argv[flag]?.replace(/^[^=]*=/, '') : argv[flag + 1]
  const variable = environ
    .find((entry) => entry.startsWith('ETCD_CONFIG_FILE='))
    ?.slice('ETCD_CONFIG_FILE='.length)
  const chosen = (flag >= 0 && last) || variable
  const contents: Record<string, string | null | undefined> = {
    '/run/case/etcd.conf.yml': one.configFile,
    'etcd.conf.yml': one.configFile,
    '/run/case/other.yml': one.otherConfigFile,
  }
  const content = chosen ? contents[chosen] : undefined
  return {
    schemaVersion: 1,
    instanceId: one.id,
    view: 'full',
    processes: [
      {
        pid: 812,
        ...(exe === undefined ? {} : { exe }),
        argv,
        environ,
        ...(chosen ? { configFile: { path: chosen, content: content == null ? null : fill(content) } } : {}),
      },
    ],
  }
}
