-- The vintages that are no samples.
CREATE OR REPLACE TEMP VIEW real AS
SELECT history.*
FROM framework.history AS history JOIN framework.releases AS releases USING (source, release_id)
WHERE NOT releases.sample;
