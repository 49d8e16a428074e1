using System.Security.Cryptography.X509Certificates;
using System.Text;
using Edge.Io;

namespace Edge.Node.Tailnet.State.Kubernetes;

/// <summary>
/// The service account of the pod that this process runs in: the files that Kubernetes mounts into it. They are read when they are wanted, since
/// tokens are replaced while the pod runs.
/// </summary>
/// <param name="folder">Where they are.</param>
internal sealed class PodAccount(string folder)
{
    /// <summary>Where Kubernetes mounts them.</summary>
    public const string StandardFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    private const int MostBytes = 1024 * 1024;

    /// <exception cref="IOException">There is no such file: this is no pod, or its account is not mounted.</exception>
    public string Namespace => Read("namespace");

    /// <summary>A secret.</summary>
    /// <exception cref="IOException">As for <see cref="Namespace"/>.</exception>
    public string Token => Read("token");

    /// <summary>Whom the API server's certificate leads to.</summary>
    /// <exception cref="IOException">As for <see cref="Namespace"/>, or there is no certificate in it.</exception>
    public X509Certificate2Collection Roots
    {
        get
        {
            var roots = new X509Certificate2Collection();
            try
            {
                roots.ImportFromPem(Read("ca.crt"));
            }
            catch (System.Security.Cryptography.CryptographicException e)
            {
                throw new IOException($"{Path.Combine(folder, "ca.crt")} cannot be read: it is no PEM certificate", e);
            }
            return roots.Count > 0 ? roots : throw new IOException($"{Path.Combine(folder, "ca.crt")} has no PEM certificate in it");
        }
    }

    private string Read(string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (file.Length > MostBytes)
                throw new IOException($"{path} has {file.Length} bytes, and is nothing of a service account");
            using var reader = new StreamReader(file, Encoding.UTF8);
            var text = reader.ReadToEnd().Trim();
            return text.Length > 0 ? text : throw new IOException($"{path} is empty");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"the pod's service account cannot be read ({path}: {FileFault.Describe(e)}). A `kube:` state needs one: leave automountServiceAccountToken on, or choose another stateDir", e);
        }
    }
}
