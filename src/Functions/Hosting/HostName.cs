namespace AlfrescoBackupFlows.Functions.Hosting;

/// <summary>
/// The Functions host makes addresses of its own for every function that is given a durable client, and answers 500
/// where it does not know its own name. App Service tells it; elsewhere somebody has to.
/// </summary>
internal static class HostName
{
    /// <param name="variable">Reads an environment variable.</param>
    /// <returns>What is wrong and how to fix it, or null.</returns>
    public static string? Missing(Func<string, string?> variable) =>
        string.IsNullOrEmpty(variable("WEBSITE_HOSTNAME")) && string.IsNullOrEmpty(variable("WEBSITE_SITE_NAME"))
            ? "WEBSITE_HOSTNAME is not set, and without it every request is answered with 500 and the schedule starts "
                + "nothing: set it to the name and port under which the app is reached, such as localhost:8080"
            : null;
}
