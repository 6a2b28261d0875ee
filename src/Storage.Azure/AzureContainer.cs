using AlfrescoBackupFlows.Platform;
using AlfrescoBackupFlows.Platform.Errors;
using Azure;
using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;

namespace AlfrescoBackupFlows.Storage.Azure;

/// <summary>A client for the container with the credential that the settings give, and how to name that credential to
/// an administrator.</summary>
internal sealed record AzureContainer(BlobContainerClient Client, AzureLocation Location, string Credential)
{
    // A pack of 64 MiB must pass within this on a line of 2 Mbit/s.
    private static readonly TimeSpan UsualNetworkTimeout = TimeSpan.FromMinutes(5);

    public static AzureContainer Open(AzureStoreOptions options)
    {
        AzureLocation location = AzureLocation.Parse(options.Url);
        BlobClientOptions client = new();
        client.Retry.Mode = RetryMode.Exponential;
        client.Retry.MaxRetries = options.MaxRetries;
        client.Retry.Delay = options.RetryDelay;
        client.Retry.MaxDelay = TimeSpan.FromSeconds(30);
        client.Retry.NetworkTimeout = UsualNetworkTimeout;
        client.Transport = options.Transport ?? client.Transport;

        if (options.ConnectionString is { } connectionString)
        {
            return new AzureContainer(
                FromConnectionString(connectionString, location, client),
                location,
                "the key in repository.connectionStringFile (or ABF__REPOSITORY__CONNECTIONSTRING)"
            );
        }

        if (location.Sas is { } sas)
        {
            BlobServiceClient service = new(location.Service, new AzureSasCredential(sas.Reveal()), client);
            return new AzureContainer(
                service.GetBlobContainerClient(location.Container),
                location,
                "the SAS in repository.url (its end date, and its rights: read, create, write, delete, list)"
            );
        }

        if (location.Service.Scheme != Uri.UriSchemeHttps)
        {
            throw new PermanentException(
                ErrorKind.Configuration,
                $"repository.url: {location.Shown} is not https, so an identity cannot be used; set repository.connectionStringFile"
            );
        }

        BlobServiceClient identified = new(location.Service, Identity(location), client);
        return new AzureContainer(
            identified.GetBlobContainerClient(location.Container),
            location,
            "the identity that runs abf (it needs the role Storage Blob Data Contributor), or set repository.connectionStringFile"
        );
    }

    private static DefaultAzureCredential Identity(AzureLocation location)
    {
        try
        {
            return new DefaultAzureCredential();
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            // UriFormatException is a FormatException. What the library says of a variable may have several lines.
            throw new PermanentException(
                ErrorKind.Configuration,
                $"repository.url: no identity can open {location.Shown}, because a variable AZURE_* is wrong: "
                    + $"{PlainText.Excerpt(e.Message.Split('\n')[0].Trim())} Correct it, or set repository.connectionStringFile",
                e
            );
        }
    }

    private static BlobContainerClient FromConnectionString(
        Secret connectionString,
        AzureLocation location,
        BlobClientOptions options
    )
    {
        BlobServiceClient service;
        try
        {
            service = new BlobServiceClient(connectionString.Reveal().Trim(), options);
        }
        catch (Exception e)
            when (e is FormatException or ArgumentException or UriFormatException or InvalidOperationException)
        {
            // The SDK's message may quote the string: it is left out, and so is the exception.
            throw new PermanentException(
                ErrorKind.Configuration,
                "repository.connectionStringFile: it holds no storage connection string (DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...)"
            );
        }

        return service.AccountName == location.Account
            ? service.GetBlobContainerClient(location.Container)
            : throw new PermanentException(
                ErrorKind.Configuration,
                $"repository.connectionStringFile is for the account '{service.AccountName}', but repository.url names '{location.Account}'; make them agree"
            );
    }
}
