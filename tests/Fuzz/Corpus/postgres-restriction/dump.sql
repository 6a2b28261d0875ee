--
-- PostgreSQL database dump
--
\restrict abc

SET standard_conforming_strings = on;
CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; END;
CREATE FUNCTION g() RETURNS text AS $a$ select ';' /* $$ */ $a$ LANGUAGE sql;
COPY public.t (a, "b;c") FROM stdin;
1	\\. x
\.

/* a /* nested */ comment; */ SELECT E'a\';' 'b' , U&'\0041', $1;
SELECT "a""b;" ; -- end;
--
-- PostgreSQL database dump complete
--

\unrestrict abc
