namespace AlfrescoBackupFlows.Alfresco.Databases.Postgres;

/// <summary>What a server showed of itself before a tool gets the password.</summary>
internal enum ServerLogin
{
    /// <summary>It knows the password (SCRAM), or the tool asks for that by itself.</summary>
    Proven,

    /// <summary>It lets anybody in, and the tool needs no password.</summary>
    Open,

    /// <summary>Nobody knows: an old kind of password (MD5).</summary>
    Unproven,
}

/// <summary>
/// Tools before version 16 send the password in clear text to whoever asks for it, where the URL leaves it to the server
/// whether there is TLS. So a session of our own asks the server first to prove that it knows the password.
/// </summary>
internal static class PostgresProof
{
    private const int KnowsMethods = 1600;

    public static async Task<ServerLogin> LookAsync(
        DatabaseConnection target,
        int toolMajor,
        CancellationToken cancellationToken
    )
    {
        bool isAtRisk =
            toolMajor < KnowsMethods && target.Password is not null && PostgresTls.RequiredMethods(target) is not null;
        return !isAtRisk || await IsLetInAsync("ScramSHA256") ? ServerLogin.Proven
            : await IsLetInAsync("None") ? ServerLogin.Open
            : ServerLogin.Unproven;

        Task<bool> IsLetInAsync(string methods) => PostgresSession.IsLetInAsync(target, methods, cancellationToken);
    }

    /// <summary>Null where there is nothing to say.</summary>
    public static string? Warning(DatabaseConnection target, PostgresTool tool) =>
        tool.Login is ServerLogin.Unproven
            ? $"{target.Names.ToolPath}: {tool.File} is version {tool.Version}, which gives the password to whoever stands "
                + $"at {target.Host}:{target.Port} and asks for it in clear text, and the server there did not prove that "
                + "it knows it; use tools of version 16 or later, a password of the kind scram-sha-256, or "
                + $"sslmode=verify-full in {target.Names.Url}"
            : null;
}
