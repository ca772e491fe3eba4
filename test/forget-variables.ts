// Comes before every test file: what the tests see must not depend on where they run. A pipeline that runs them has
// variables of its own, of its logins, and of Slipway; so may a shell.

const foreign =
  /^(?:BITBUCKET|GITHUB|PULUMI|SLIPWAY|GOOGLE|GCP|CLOUDSDK|AWS|DOCKERHUB|DOCKER_HUB|EB)_|^(?:CI|FORCE_COLOR|NODE_OPTIONS)$/;

for (const name of Object.keys(process.env)) {
  if (foreign.test(name)) delete process.env[name];
}
