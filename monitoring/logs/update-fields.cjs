// Writes the types of the fields in fields.json as @elastic/ecs has them. Run it for a new ECS:
//   npm pack @elastic/ecs && tar xzf elastic-ecs-*.tgz && node update-fields.cjs ./package
// A field that ECS does not have is an error. Those under "edgebox" are our own and stay.
const { readFileSync, writeFileSync } = require("node:fs");
const { join, resolve } = require("node:path");

const folder = resolve(process.argv[2] ?? "package");
const { EcsFlat } = require(folder);
const { version } = require(join(folder, "package.json"));

const file = join(__dirname, "fields.json");
const list = JSON.parse(readFileSync(file, "utf8"));
for (const name of Object.keys(list.ecs)) {
  if (!EcsFlat[name]) throw new Error(`ECS ${version} has no field ${name}`);
  list.ecs[name] = EcsFlat[name].type;
}
list.version = version;
writeFileSync(file, JSON.stringify(list, null, 2) + "\n");
