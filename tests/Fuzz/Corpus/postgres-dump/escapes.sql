SELECT E'a
\'' 
'\'b';
SELECT $1$;$1$;COPY t FROM stdin;x
\.y
\.
\.
SELECT 1;
