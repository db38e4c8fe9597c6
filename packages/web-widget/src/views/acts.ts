/** What the voter does on the paper. */
export interface Acts {
  choose(id: number, isOn: boolean): void
  cast(): void
  change(): void
  cancel(): void
  retract(): void
}
