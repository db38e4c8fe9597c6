import type { Issue } from '@live-poll/client-sdk/protocol'

/** A picture that a poll shows, or is to show. */
export interface ImageUse {
  readonly id: string
  /** What it shows, in words; '' where it only adorns its label. */
  readonly alt: string
}

/** Whatever shows pictures: a poll that is there, a new one, or one as an edit makes it. */
export interface ShowsImages {
  /** Of the question. */
  readonly image?: ImageUse
  readonly choices: readonly { readonly image?: ImageUse }[]
}

export function isImageId(text: string): boolean {
  return /^i_[\w-]{22}$/.test(text)
}

/** The pictures that a poll shows, each once, in one order for everybody. */
export function imageIdsOf({ image, choices }: ShowsImages): readonly string[] {
  return [...new Set([image, ...choices.map((choice) => choice.image)].flatMap((one) => one?.id ?? []))].sort()
}

/** Says where a poll shows pictures that its owner does not have. */
export function missingImageIssues({ image, choices }: ShowsImages, missing: ReadonlySet<string>): readonly Issue[] {
  const uses = [
    { path: 'image', image },
    ...choices.map((choice, index) => ({ path: `choices.${index}.image`, image: choice.image })),
  ]
  return uses.flatMap((use) =>
    use.image && missing.has(use.image.id) ? [{ path: use.path, message: 'There is no such picture of yours.' }] : [],
  )
}
