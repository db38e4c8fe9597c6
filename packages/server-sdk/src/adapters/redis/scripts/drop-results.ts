/** Takes away what is kept of a poll, and publishes that the poll is gone. */
export const dropResults = `
-- KEYS[1]  of the poll, and the name of its channel
-- ARGV[1]  the message      ARGV[2]  PUBLISH or SPUBLISH
-- Answers whether anything was kept: 0, 1.
local dropped = redis.call('DEL', KEYS[1])
redis.call(ARGV[2], KEYS[1], ARGV[1])
return dropped
`
