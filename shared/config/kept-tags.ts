import type { ScannerConfig } from './scanner-config.ts'

type NamesTags = Pick<ScannerConfig, 'clusterTag' | 'optOutTag'> &
  Partial<Pick<ScannerConfig, 'ownerTag' | 'severities' | 'waivers'>>

/**
 * The tags of an instance that are kept, by key: those that something goes by, beside the ones that its target selects by.
 * All others are no business of the scanner.
 */
export const keptTags = ({ clusterTag, optOutTag, ownerTag, severities, waivers }: NamesTags): string[] => [
  ...new Set([
    'Name',
    optOutTag,
    ...(clusterTag === undefined ? [] : [clusterTag]),
    ...(ownerTag === undefined ? [] : [ownerTag]),
    ...(severities ?? []).flatMap(({ tags }) => Object.keys(tags ?? {})),
    ...(waivers?.tags ?? []),
  ]),
]

/** Every tag that is kept in some target; a key that is open at its end is a question, not a tag. */
export const tagsKnown = (config: NamesTags & Pick<ScannerConfig, 'targets'>): string[] => {
  const selected = config.targets.flatMap(({ selectors }) => selectors.flatMap(Object.keys))
  return [...new Set([...keptTags(config), ...selected])].filter((key) => !key.endsWith('*')).sort()
}
