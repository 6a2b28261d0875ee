using System.Globalization;
using System.Text;
using QRCoder;

namespace AlfrescoBackupFlows.Cli.Sheet;

/// <summary>A QR code as an SVG element that needs nothing from elsewhere.</summary>
internal static class QrCode
{
    /// <param name="text">At most 2331 bytes: beyond that no code of this correction holds it.</param>
    public static string Svg(string text)
    {
        using QRCodeData code = QRCodeGenerator.GenerateQrCode(text, QRCodeGenerator.ECCLevel.M, forceUtf8: true);
        int size = code.ModuleMatrix.Count;
        var path = new StringBuilder();
        for (int y = 0; y < size; y++)
        {
            for (int x = 0; x < size; x++)
            {
                if (code.ModuleMatrix[y][x])
                {
                    path.Append(CultureInfo.InvariantCulture, $"M{x} {y}h1v1h-1z");
                }
            }
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {size} {size}\" role=\"img\" "
                + $"aria-label=\"QR code of the configuration\"><rect width=\"{size}\" height=\"{size}\" fill=\"#fff\"/>"
                + $"<path fill=\"#000\" shape-rendering=\"crispEdges\" d=\"{path}\"/></svg>"
        );
    }
}
