import { declaredCommand, expandKubernetes } from './declared-command.ts'
import type { Minor } from './flags.ts'
import { minorNamedBy } from './names.ts'
import { readYaml11, type Yaml, YamlError } from './yaml11.ts'

/** An etcd as a pod manifest declares it. */
export type DeclaredEtcd = {
  container: string
  argv: string[]
  /** Null: variables come from somewhere that the manifest does not show. */
  environ: string[] | null
  /** An argument whose value the manifest does not show, and that could be any flag or a deciding one. */
  unresolved?: string
  minor?: Minor
}

export type Manifest =
  | { kind: 'invalid'; message: string }
  /** `isPod` false: a Deployment or the like, which the kubelet does not take as a static pod. */
  | { kind: 'manifest'; isPod: boolean; etcds: DeclaredEtcd[] }

/**
 * Reads a static pod manifest (YAML or JSON; the first document, as the kubelet does) for the etcd servers
 * it declares: chosen by the command's base name, never by the pod's name, labels or image.
 */
export const readManifest = (content: string): Manifest => {
  let root: Yaml
  try {
    root = readYaml11(content)
  } catch (error) {
    if (error instanceof YamlError) return { kind: 'invalid', message: error.message }
    throw error
  }
  if (root === null) return { kind: 'invalid', message: 'it is empty' }
  if (!(root instanceof Map)) return { kind: 'invalid', message: 'it is no Kubernetes object' }
  const isPod = root.get('kind') === 'Pod'
  const spec = isPod ? child(root, 'spec') : child(child(child(root, 'spec'), 'template'), 'spec')
  const containers = spec?.get('containers')
  if (!Array.isArray(containers))
    return isPod
      ? { kind: 'invalid', message: 'the pod has no containers' }
      : { kind: 'manifest', isPod, etcds: [] }
  return { kind: 'manifest', isPod, etcds: containers.flatMap((item) => readContainer(item)) }
}

const child = (map: Yaml | undefined, key: string): Map<string, Yaml> | undefined => {
  const value = map instanceof Map ? map.get(key) : undefined
  return value instanceof Map ? value : undefined
}

const texts = (value: Yaml | undefined): string[] =>
  Array.isArray(value) ? value.map((item) => String(item ?? '')) : []

const readContainer = (container: Yaml): DeclaredEtcd[] => {
  if (!(container instanceof Map)) return []
  const image = String(container.get('image') ?? '')
  const { variables, hidden } = readEnv(container)
  const found = declaredCommand({
    command: texts(container.get('command')),
    args: texts(container.get('args')),
    image,
    variables,
  })
  if (!found) return []
  const minor = minorNamedBy(image)
  const environ = [...variables, ...found.assignments].map(([name, value]) => `${name}=${value}`)
  return [
    {
      container: String(container.get('name') ?? ''),
      argv: found.argv,
      environ: hidden || found.sourcesFiles ? null : environ,
      ...(found.unresolved === undefined ? {} : { unresolved: found.unresolved }),
      ...(minor === undefined ? {} : { minor }),
    },
  ]
}

/** The literal variables of a container; `hidden` where an ETCD_ variable has its value elsewhere. */
const readEnv = (container: Map<string, Yaml>): { variables: Map<string, string>; hidden: boolean } => {
  const variables = new Map<string, string>()
  let hidden = Array.isArray(container.get('envFrom')) && (container.get('envFrom') as Yaml[]).length > 0
  const entries = container.get('env')
  for (const entry of Array.isArray(entries) ? entries : []) {
    if (!(entry instanceof Map)) continue
    const name = String(entry.get('name') ?? '')
    if (entry.has('valueFrom')) hidden ||= name.startsWith('ETCD_')
    // A later entry of the same name takes the place of an earlier one, and may use the ones before it.
    else variables.set(name, expandKubernetes(String(entry.get('value') ?? ''), variables))
  }
  return { variables, hidden }
}
