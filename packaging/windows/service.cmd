@echo off
rem Makes 'abf serve' a service of Windows, or changes the one that is there: in the directory of abf.exe and as an administrator.
rem docs\install.md says what it needs.
rem   sc.exe stop abf    a clean stop, which is resumed; sc.exe delete abf removes the service
rem A directory may have any letter in its name: it is put in after the line was read (!exe!), so that nothing of it is taken for a command.
setlocal DisableDelayedExpansion
set "exe=%~dp0abf.exe"
set "data=%ProgramData%\abf"
setlocal EnableDelayedExpansion
if not exist "!exe!" (
  echo !exe! is not there: run service.cmd in the directory of abf.exe>&2
  exit /b 1
)
set "verb=create"
sc.exe query abf >nul 2>&1
if not errorlevel 1 set "verb=config"
sc.exe %verb% abf binPath= "\"!exe!\" serve" start= delayed-auto obj= "NT SERVICE\abf" DisplayName= "AlfrescoBackupFlows"
if errorlevel 1 exit /b 1
sc.exe description abf "Hot backups of Alfresco: HTTP API, page and schedule"
if errorlevel 1 exit /b 1
rem What ends by itself is started anew, and what ran goes on.
sc.exe failure abf reset= 86400 actions= restart/30000/restart/30000/restart/60000
if errorlevel 1 exit /b 1
sc.exe failureflag abf 1
if errorlevel 1 exit /b 1
rem Configuration, secrets and state are for administrators and the service alone: by their numbers, since names differ by language.
rem Anybody may make a directory there: whoever was first must not stay its owner, or keep a right to it.
if not exist "!data!" mkdir "!data!"
if not exist "!data!" exit /b 1
icacls.exe "!data!" /setowner "*S-1-5-32-544"
if errorlevel 1 exit /b 1
icacls.exe "!data!" /reset
if errorlevel 1 exit /b 1
icacls.exe "!data!" /inheritance:r /grant:r "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F" "NT SERVICE\abf:(OI)(CI)M"
if errorlevel 1 exit /b 1
sc.exe start abf
