-- The reference flow's two requests in turn. Every request is built beforehand and no answer is read:
-- this is what sending alone costs.
local prompts = {
  "A scenic landscape at sunset",
  "A futuristic city skyline",
  "A peaceful forest scene",
  "A lighthouse in a storm, oil painting",
  "A bowl of ramen in studio light",
  "A watercolour mountain lake",
  "A robot reading in an old library",
  "A retro travel poster of Mars",
}
local token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsb2FkdGVzdCJ9.5c0d1b6f3a7e4928"
local login
local generate = {}
local turn = 0

function init(args)
  local headers = { ["Accept"] = "application/json", ["Content-Type"] = "application/json" }
  if args[1] == "gzip" then headers["Accept-Encoding"] = "gzip" end
  local credentials = '{"email":"loadtest@example.com","password":"mock-password"}'
  login = wrk.format("POST", "/api/auth/login", headers, credentials)
  headers["Authorization"] = "Bearer " .. token
  for i, prompt in ipairs(prompts) do
    generate[i] = wrk.format("POST", "/api/images/seedream4/generate", headers, '{"prompt":"' .. prompt .. '"}')
  end
end

function request()
  turn = turn + 1
  if turn % 2 == 1 then return login end
  return generate[math.random(#generate)]
end
