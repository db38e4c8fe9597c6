export { type CastReport, castFirstChoices } from './cast-first-choices.ts'
export { type Difference, findDifferences } from './find-differences.ts'
export { type Ballot, ballotsFile, readBallots } from './read-ballots.ts'
export { type PublishedResult, readPublished } from './read-published.ts'
