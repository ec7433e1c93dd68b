/**
 * The version of an inbox: `inbox:v:{user}`, set anew by whatever changes what a page shows, in the same step. Whoever
 * has a page and finds the same version need not read it again. A moment, and no count: one that expires and begins
 * anew must not come by a version that was there before.
 */

/** In a script that knows `prefix`. */
export const changed = `
local moment = redis.call('TIME')
local function changed(user, ttl)
  redis.call('SET', prefix .. 'inbox:v:' .. user, moment[1] .. '.' .. moment[2], 'PX', ttl)
end
`;
