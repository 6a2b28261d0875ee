@echo off
rem Makes 'abf serve' a service of Windows, in the directory of abf.exe and as an administrator; docs\install.md says what it needs.
rem   sc.exe stop abf    a clean stop, which is resumed; sc.exe delete abf removes the service
sc.exe create abf binPath= "\"%~dp0abf.exe\" serve" start= delayed-auto obj= "NT SERVICE\abf" DisplayName= "AlfrescoBackupFlows" || exit /b 1
sc.exe description abf "Hot backups of Alfresco: HTTP API, page and schedule" || exit /b 1
rem What ends by itself is started anew, and what ran goes on.
sc.exe failure abf reset= 86400 actions= restart/30000/restart/30000/restart/60000 || exit /b 1
sc.exe failureflag abf 1 || exit /b 1
rem Configuration, secrets and state are for administrators and the service alone: by their numbers, since names differ by language.
if not exist "%ProgramData%\abf" mkdir "%ProgramData%\abf" || exit /b 1
icacls.exe "%ProgramData%\abf" /inheritance:r /grant "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F" "NT SERVICE\abf:(OI)(CI)M" || exit /b 1
sc.exe start abf
