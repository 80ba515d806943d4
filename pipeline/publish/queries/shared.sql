-- The direction that is better: context is neither better nor worse, and of progress only what was reached is.
CREATE OR REPLACE TEMP MACRO judged(breakdown, statistic, better) AS
if(starts_with(breakdown, 'context: ') OR (statistic = 'progress' AND breakdown <> 'all'), 'contextual', better);

-- The word before a number in its publication, as its note keeps it; empty where there is none.
CREATE OR REPLACE TEMP MACRO qualifier(note) AS
regexp_extract(note, '^Printed as (over|nearly|about) ', 1);
