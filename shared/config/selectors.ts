import * as z from 'zod'

/**
 * Tags that an instance must all have; of several values it must have one. The value `*` is any value, and beside it
 * a key may end with `*`: any key that begins so.
 */
export type TagSelector = Record<string, string | string[]>

/** Any value. */
export const ANY = '*'

/** A filter of EC2 takes at most this many values. */
const MOST_VALUES = 200

const CAPA_ROLE = 'sigs.k8s.io/cluster-api-provider-aws/role'

/**
 * The tags by which tools that set clusters up mark their control planes.
 * - kOps tags by role; older clusters know the role only as `master`.
 * - Cluster API Provider AWS tags by role, whether kubeadm or RKE2 brings the node up. kubeadm alone tags nothing.
 * - RKE2 alone tags nothing either; rancherfederal/rke2-aws-tf marks its servers so (main.tf, module servers). The role
 *   without a cluster's tag would also match what has nothing to do with Kubernetes.
 */
const PRESETS: Record<string, TagSelector[]> = {
  kops: [{ 'k8s.io/role/control-plane': '1' }, { 'k8s.io/role/master': '1' }],
  kubeadm: [{ [CAPA_ROLE]: 'control-plane' }],
  rke2: [{ Role: 'server', 'kubernetes.io/cluster/*': ANY }, { [CAPA_ROLE]: 'control-plane' }],
}

/** The names of the presets. */
export const presetNames: string[] = Object.keys(PRESETS)

const text = (what: string) => z.string().trim().min(1, `must be ${what}, not empty`)

const tagValues = z.union([text('a tag value'), z.array(text('a tag value')).min(1).max(MOST_VALUES)], {
  error: `must be a tag value, or a list of at most ${MOST_VALUES} tag values`,
})

/** EC2 can ask for a key by its beginning, but not for that key's value, and not for two such keys at once. */
const tagSet = z
  .record(text('a tag key'), tagValues, {
    error: 'must be a preset, or a set of tags such as { k8s.io/role/control-plane: "1" }',
  })
  .refine((tags) => Object.keys(tags).length > 0, 'must name at least one tag')
  .refine(
    (tags) => openKeys(tags).every((key) => tags[key] === ANY),
    'has a key that ends with `*`; its value must be `*` too',
  )
  .refine((tags) => openKeys(tags).length < 2, 'has two keys that end with `*`; keep one of them')

const openKeys = (tags: TagSelector): string[] => Object.keys(tags).filter((key) => key.endsWith('*'))

/** `kops` and `{ preset: kops }` are the same; a tag that is called `preset` is written with a list of values. */
const presetOf = (entry: unknown): string | undefined => {
  if (typeof entry === 'string') return entry
  if (entry === null || typeof entry !== 'object' || !('preset' in entry)) return undefined
  return typeof entry.preset === 'string' && Object.keys(entry).length === 1 ? entry.preset : undefined
}

/** An entry of `selectors`: a preset or a set of tags. Becomes the sets of tags that it stands for. */
const selector = z.unknown().transform((entry, context): TagSelector[] => {
  const preset = presetOf(entry)
  if (preset !== undefined) {
    if (Object.hasOwn(PRESETS, preset)) return PRESETS[preset] ?? []
    context.addIssue(
      `names the preset \`${preset}\`, which does not exist; use ${presetNames.join(', ')}, or write a set of tags`,
    )
    return z.NEVER
  }
  const checked = tagSet.safeParse(entry)
  if (checked.success) return [checked.data]
  for (const { message, path } of checked.error.issues) context.addIssue({ code: 'custom', message, path })
  return z.NEVER
})

const scalar = { type: ['string', 'number', 'boolean'] }

/** For editors: a transform shows nothing of what it takes. */
const selectorForEditors = {
  anyOf: [
    { enum: presetNames, description: 'A preset.' },
    {
      type: 'object',
      required: ['preset'],
      properties: { preset: { enum: presetNames } },
      additionalProperties: false,
      description: 'A preset.',
    },
    {
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        anyOf: [scalar, { type: 'array', minItems: 1, maxItems: MOST_VALUES, items: scalar }],
      },
      description: 'Tags that an instance must all have; of a list of values, one. "*" is any value.',
    },
  ],
}

/** What `selectors` may hold; an instance that has all tags of any one set is selected. */
export const selectorsSchema = z
  .array(selector.meta(selectorForEditors))
  .min(1, 'must list at least one preset or set of tags')
  .transform((sets) => sets.flat())
