/** Takes one of a token bucket (see domain/token-bucket), by Redis's clock: nodes need not agree on theirs. */
export const takeToken = `
-- KEYS[1]  of the bucket: a hash with tokens and at, milliseconds; it goes when the bucket is full again
-- ARGV[1]  tokens a second      ARGV[2]  tokens of a full bucket
-- Answers 0 if one was taken, else the milliseconds to wait: then nothing was.
local perSecond, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(kept[1] or burst), tonumber(kept[2] or now)
tokens = math.min(burst, tokens + math.max(0, now - at) / 1000 * perSecond)
local wait = 0
if tokens < 1 then wait = math.ceil((1 - tokens) / perSecond * 1000) else tokens = tokens - 1 end
redis.call('HSET', KEYS[1], 'tokens', tokens, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - tokens) / perSecond * 1000) + 1)
return wait
`
