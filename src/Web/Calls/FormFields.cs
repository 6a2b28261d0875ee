using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace AlfrescoBackupFlows.Web.Calls;

/// <summary>The fields of forms, and how they are read: a few short ones.</summary>
internal static class FormFields
{
    public const string Token = "token";
    public const string Key = "key";
    public const string Depth = "depth";

    private const string ContentType = "application/x-www-form-urlencoded";

    /// <summary>Null: this is no form, or a larger one than any page has.</summary>
    public static async Task<IFormCollection?> ReadAsync(HttpRequest request)
    {
        if (
            request.ContentType?.Split(';')[0].Trim().Equals(ContentType, StringComparison.OrdinalIgnoreCase)
            is not true
        )
        {
            return null;
        }

        try
        {
            var reader = new FormPipeReader(request.BodyReader, Encoding.UTF8)
            {
                ValueCountLimit = 16,
                KeyLengthLimit = 64,
                ValueLengthLimit = 4096,
            };
            return new FormCollection(await reader.ReadFormAsync(request.HttpContext.RequestAborted));
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            return null;
        }
    }
}
