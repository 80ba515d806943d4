// The Node.js client opens a published file read-only and asks what people ask; prints what it is, or fails.
//
//     NODE_PATH=FOLDER/node_modules node check_client.cjs FILE

const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { DuckDBInstance, version } = require("@duckdb/node-api");

const asked = readFileSync(join(__dirname, "..", "asked.sql"), "utf8").split(";").slice(0, -1);

async function main(path) {
  const instance = await DuckDBInstance.create(path, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  for (const query of asked) {
    const answer = await connection.runAndReadAll(query);
    if (answer.currentRowCount === 0) throw new Error(`no row: ${query}`);
  }
  connection.closeSync();
  console.log(`@duckdb/node-api on ${version()}: ${asked.length} queries answered`);
}

main(process.argv[2]);
