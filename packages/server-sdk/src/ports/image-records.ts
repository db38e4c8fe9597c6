/** What is known of pictures besides their bytes. */
export interface ImageRecords {
  /** @returns undefined: there is none, or it is being removed */
  read(id: string): Promise<ImageRecord | undefined>

  /**
   * Begins an upload, or joins one of the same picture: whoever uploads it too writes the same bytes to the same place. One
   * that is being removed begins anew, at another place. One that is ready counts as used now.
   *
   * @returns the picture as it stands: at the `attempt` given, or at that of whoever came before
   */
  begin(image: NewImage): Promise<ImageRecord>

  /**
   * Says that all bytes of an attempt are stored.
   * @returns whether it is still that attempt that counts: if not, begin again
   */
  finish(id: string, attempt: string): Promise<boolean>

  /** Bytes and pictures that an owner has stored, or begun to. */
  usage(owner: string | null): Promise<{ readonly bytes: number; readonly images: number }>

  /** Pictures that this poll shows, read before it is deleted. */
  ofPoll(pollId: string): Promise<readonly string[]>

  /** Those of an owner that no poll uses. */
  unusedOf(owner: string): Promise<readonly string[]>

  /** Forgets whose pictures these were: they stay, nobody's, as long as polls use them. Repeated, it finds none. */
  forgetOwner(owner: string): Promise<void>

  /**
   * Up to so many that a sweep removes: see `SweepAges`; and those whose removal was begun and has not ended. Those that were
   * not touched for the longest time come first.
   */
  toSweep(ages: SweepAges, most: number): Promise<readonly string[]>

  /**
   * Begins the removal of a picture, unless a poll uses it, or begins to meanwhile. From now on nobody finds it. One whose
   * removal was begun already is claimed again, until it is forgotten: whoever claims it removes the same bytes.
   *
   * @param ages only if it is as old still; undefined: whatever its age
   * @returns what to remove the bytes of; undefined where it is used, or not there
   */
  claim(id: string, ages?: SweepAges): Promise<ClaimedImage | undefined>

  /** Forgets pictures that were claimed and whose bytes are gone, unless an upload has begun them anew. */
  forget(claimed: readonly ClaimedImage[]): Promise<void>
}

/** Milliseconds, by the database's clock. */
export interface SweepAges {
  /** Since an upload began that never ended. */
  readonly pending: number
  /** Since a poll last began or ceased to use it, or it was uploaded. */
  readonly unused: number
}

export interface NewImage {
  readonly id: string
  readonly owner: string | null
  /** Random: where its bytes are, should this be the upload that counts. */
  readonly attempt: string
  readonly width: number
  readonly height: number
  readonly placeholder: string
  /** Of all its variants. */
  readonly bytes: number
}

export interface ImageRecord extends NewImage {
  readonly isReady: boolean
  /** Whether a poll that is not private shows it. */
  readonly isPublic: boolean
}

export type ClaimedImage = Pick<ImageRecord, 'id' | 'attempt' | 'width'>
