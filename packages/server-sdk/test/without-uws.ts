/**
 * Whether `npm run test:nodes` has found that uWebSockets.js does not load on this Node: its tests are left out then, and
 * the table at its end says so. Everywhere else one that does not load fails.
 */
export const isWithoutUws = process.env.LIVE_POLL_TEST_WITHOUT_UWS === '1'
