using System.Globalization;
using System.Text.RegularExpressions;

namespace AlfrescoBackupFlows.Alfresco.Databases.MySql;

/// <summary>
/// Which faults may pass: of the connection, of a server that starts or stops, of storage. Everything else was refused
/// for a reason that will be the same again, known or not.
/// </summary>
internal static partial class MySqlRefusals
{
    public static bool MayPass(int code) =>
        code
            is 3 // writing a file
                or 28 // no space left
                or 1021 // disk full
                or 1026 // writing a file
                or 1030 // the storage engine
                or 1037 // out of memory
                or 1038
                or 1040 // too many connections
                or 1041
                or 1042 // no connection to the host
                or 1043 // the handshake
                or 1053 // the server shuts down
                or 1077
                or 1079
                or 1080
                or (>= 1156 and <= 1161) // packets that did not come
                or 1184
                or 1203 // too many connections of this user
                or 1927 // the connection was killed
                or (>= 2000 and <= 2006)
                or 2012
                or 2013
                or 2055;

    /// <summary>What is to be done, where it is known.</summary>
    public static string? Advice(int code, DatabaseConnection target) =>
        code switch
        {
            1044 or 1045 or 1142 or 1143 or 1227 or 1370 or 1698 =>
                $"grant the rights to {target.Names.Username} '{target.Username}' or correct {target.Names.Password}",
            1356 or 1449 => "drop that view or routine, or create anew what it needs",
            1146 or 1932 or 1194 or 1033 => "repair or drop that table",
            1205 => "somebody held a lock for longer than installation.database.maxWait: SHOW FULL PROCESSLIST shows "
                + "who; end that session, then run it again",
            1317 or 1969 or 3024 => "somebody ended the statement there; run it again",
            1129 => "mysqladmin flush-hosts lets this host in again",
            1153 or 2020 => "raise max_allowed_packet of the server",
            _ => null,
        };

    /// <summary>The first number of a fault in what a tool says; null: it says none.</summary>
    public static int? CodeIn(string said) =>
        Code().Match(said) is { Success: true } code
            ? int.Parse(code.Groups["code"].Value, CultureInfo.InvariantCulture)
            : null;

    // "Got error: 1045: ...", "Error 2013: ...", "ERROR 1146 (42S02) at line 1: ...", "... (1356)", "(Errcode: 28 ...".
    [GeneratedRegex(
        @"(error:? |errcode:? |errno:? )(?<code>\d{1,4})\b|\((?<code>\d{4})\)",
        RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Code();
}
