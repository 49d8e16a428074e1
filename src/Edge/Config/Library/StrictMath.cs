namespace Edge.Config.Library;

/// <summary>
/// Java's <c>StrictMath</c>, in which the reference computes: the last bit differs from the C library's where neither result is the closest
/// double. Exponentials, logarithms and roots here, angles in the other part.
/// Source: the algorithms and constants of fdlibm 5.3 (e_exp.c, e_log.c, e_log10.c, e_pow.c, s_cbrt.c; Sun Microsystems), which Java's
/// documentation prescribes. The names of intermediate results are those of the formulas there.
/// </summary>
internal static partial class StrictMath
{
    private const double Ln2High = 6.93147180369123816490e-01;
    private const double Ln2Low = 1.90821492927058770002e-10;
    private const double InverseLn2 = 1.44269504088896338700e+00;
    private const double Two54 = 18014398509481984.0;

    public static double Exp(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x > 7.09782712893383973096e+02) return double.PositiveInfinity;
        if (x < -7.45133219101941108420e+02) return 0;

        // x = k ln2 + (high - low)
        var (high, low, k) = (0.0, 0.0, 0);
        var magnitude = High(Math.Abs(x));
        if (magnitude > 0x3FD62E42)
        {
            k = magnitude < 0x3FF0A2B2 ? Math.Sign(x) : (int)(InverseLn2 * x + (x < 0 ? -0.5 : 0.5));
            high = x - k * Ln2High;
            low = k * Ln2Low;
            x = high - low;
        }
        else if (magnitude < 0x3E300000)
        {
            return 1 + x;
        }

        var c = x - ExpPolynomial(x * x);
        if (k == 0) return 1 - (x * c / (c - 2) - x);
        return Math.ScaleB(1 - (low - x * c / (2 - c) - high), k);
    }

    public static double Log(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        // x = 2^k (1 + f), with 1 + f between sqrt(2)/2 and sqrt(2)
        var k = Normalize(ref x);
        var fraction = High(x) & 0x000FFFFF;
        var carry = (fraction + 0x95F64) & 0x100000;
        x = WithHigh(x, fraction | (carry ^ 0x3FF00000));
        k += carry >> 20;
        var f = x - 1;
        if ((0x000FFFFF & (2 + fraction)) < 3)
        {
            if (f == 0) return k == 0 ? 0 : k * Ln2High + k * Ln2Low;
            var small = f * f * (0.5 - 0.33333333333333333 * f);
            return k == 0 ? f - small : k * Ln2High - (small - k * Ln2Low - f);
        }

        var s = f / (2 + f);
        var z = s * s;
        var w = z * z;
        var even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
        var odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
        var r = odd + even;
        if (((fraction - 0x6147A) | (0x6B851 - fraction)) > 0)
        {
            var half = 0.5 * f * f;
            return k == 0 ? f - (half - s * (half + r)) : k * Ln2High - (half - (s * (half + r) + k * Ln2Low) - f);
        }
        return k == 0 ? f - s * (f - r) : k * Ln2High - (s * (f - r) - k * Ln2Low - f);
    }

    public static double Log10(double x)
    {
        if (double.IsNaN(x) || x < 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (double.IsPositiveInfinity(x)) return x;

        var k = Normalize(ref x);
        var i = k < 0 ? 1 : 0;
        x = WithHigh(x, (High(x) & 0x000FFFFF) | ((0x3FF - i) << 20));
        var y = (double)(k + i);
        return y * 3.69423907715893078616e-13 + 4.34294481903251816668e-01 * Log(x) + y * 3.01029995663611771306e-01;
    }

    public static double Cbrt(double x)
    {
        if (!double.IsFinite(x) || x == 0) return x;
        var value = Math.Abs(x);

        // To 5 bits: a third of the exponent. A subnormal number is scaled first.
        var root = High(value) < 0x00100000
            ? WithHigh(0, High(value * Two54) / 3 + 696219795)
            : WithHigh(0, High(value) / 3 + 715094163);

        // To 23 bits, cut off to 20 and made greater than the root.
        var s = 5.42857142857142815906e-01 + root * root / value * root;
        root *= 3.57142857142857150787e-01 + 1.60714285714285720630e+00 / (s + 1.41428571428571436819e+00 + -7.05306122448979611050e-01 / s);
        root = WithHigh(0, High(root) + 1);

        // One step of Newton's to 53 bits.
        var quotient = value / (root * root);
        root += root * ((quotient - root) / (root + root + quotient));
        return x < 0 ? -root : root;
    }

    public static double Pow(double x, double y)
    {
        if (y == 0) return 1;
        if (double.IsNaN(x) || double.IsNaN(y)) return double.NaN;
        if (y == 2) return x * x;
        if (y == 0.5 && x >= -double.MaxValue) return Math.Sqrt(x + 0.0);
        if (y == 1) return x;
        if (y == -1) return 1 / x;
        var absolute = Math.Abs(x);
        // What is left of the special cases has exact results, the same everywhere.
        if (double.IsInfinity(y) || absolute is 0 or 1 || double.IsInfinity(absolute)) return absolute == 1 && double.IsInfinity(y) ? double.NaN : Math.Pow(x, y);

        var sign = 1.0;
        if (x < 0)
        {
            if (y != Math.Truncate(y)) return double.NaN;
            if (Math.Abs(y) < 9007199254740992.0 && (long)y % 2 != 0) sign = -1;
        }
        double high, low;
        if (Math.Abs(y) > 2147483903.9999995)
        {
            // |y| > 2^31 (1 + 2^-20): the result overflows unless x is almost 1
            if (absolute < 0.9999990463256836) return y < 0 ? sign * double.PositiveInfinity : sign * 0.0;
            if (absolute > 1.0000009536743162) return y > 0 ? sign * double.PositiveInfinity : sign * 0.0;
            (high, low) = Log2NearOne(absolute - 1);
        }
        else
        {
            (high, low) = Log2(absolute);
        }
        return sign * Exp2OfProduct(y, high, low);
    }

    // x - this is x - x^2 R, as in exp(x) = 1 + 2x / (R - x)
    private static double ExpPolynomial(double square) =>
        square * (1.66666666666666019037e-01 + square * (-2.77777777770155933842e-03 + square * (6.61375632143793436117e-05
            + square * (-1.65339022054652515390e-06 + square * 4.13813679705723846039e-08))));

    // log2(1 + t) in two parts.
    private static (double High, double Low) Log2NearOne(double t)
    {
        var w = t * t * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
        var u = 1.44269502162933349609e+00 * t;
        var v = t * 1.92596299112661746887e-08 - w * InverseLn2;
        var high = WithoutLow(u + v);
        return (high, v - (high - u));
    }

    // log2(x) in two parts.
    private static (double High, double Low) Log2(double x)
    {
        var n = 0;
        if (High(x) < 0x00100000)
        {
            x *= 9007199254740992.0;
            n -= 53;
        }
        n += (High(x) >> 20) - 0x3FF;
        var fraction = High(x) & 0x000FFFFF;
        var word = fraction | 0x3FF00000;
        // The interval around 1, or around 1.5.
        var isUpper = fraction is > 0x3988E and < 0xBB67A;
        if (fraction >= 0xBB67A)
        {
            n++;
            word -= 0x00100000;
        }
        x = WithHigh(x, word);
        var (center, centerHigh, centerLow) = isUpper ? (1.5, 5.84962487220764160156e-01, 1.35003920212974897128e-08) : (1.0, 0.0, 0.0);

        var u = x - center;
        var v = 1 / (x + center);
        var ss = u * v;
        var sHigh = WithoutLow(ss);
        var tHigh = WithHigh(0, ((word >> 1) | 0x20000000) + 0x00080000 + (isUpper ? 1 << 18 : 0));
        var tLow = x - (tHigh - center);
        var sLow = v * (u - sHigh * tHigh - sHigh * tLow);
        var s2 = ss * ss;
        var r = s2 * s2 * (5.99999999999994648725e-01 + s2 * (4.28571428578550184252e-01 + s2 * (3.33333329818377432918e-01
            + s2 * (2.72728123808534006489e-01 + s2 * (2.30660745775561754067e-01 + s2 * 2.06975017800338417784e-01)))));
        r += sLow * (sHigh + ss);
        s2 = sHigh * sHigh;
        tHigh = WithoutLow(3.0 + s2 + r);
        tLow = r - (tHigh - 3.0 - s2);
        u = sHigh * tHigh;
        v = sLow * tHigh + tLow * ss;
        var pHigh = WithoutLow(u + v);
        var pLow = v - (pHigh - u);
        var zHigh = 9.61796700954437255859e-01 * pHigh;
        var zLow = -7.02846165095275826516e-09 * pHigh + pLow * 9.61796693925975554329e-01 + centerLow;
        var high = WithoutLow(zHigh + zLow + centerHigh + n);
        return (high, zLow - (high - n - centerHigh - zHigh));
    }

    // 2^(y (high + low))
    private static double Exp2OfProduct(double y, double high, double low)
    {
        var yHigh = WithoutLow(y);
        var pLow = (y - yHigh) * high + y * low;
        var pHigh = yHigh * high;
        var z = pLow + pHigh;
        if (z > 1024 || (z == 1024 && pLow + 8.0085662595372944372e-17 > z - pHigh)) return double.PositiveInfinity;
        if (z < -1075 || (z == -1075 && pLow <= z - pHigh)) return 0;

        // z = n + a rest of at most one half
        var n = 0;
        var word = High(z);
        var magnitude = word & 0x7FFFFFFF;
        if (magnitude > 0x3FE00000)
        {
            n = word + (0x00100000 >> ((magnitude >> 20) - 0x3FF + 1));
            var k = ((n & 0x7FFFFFFF) >> 20) - 0x3FF;
            pHigh -= WithHigh(0, n & ~(0x000FFFFF >> k));
            n = ((n & 0x000FFFFF) | 0x00100000) >> (20 - k);
            if (word < 0) n = -n;
        }
        var t = WithoutLow(pLow + pHigh);
        var u = t * 6.93147182464599609375e-01;
        var v = (pLow - (t - pHigh)) * 6.93147180559945286227e-01 + t * -1.90465429995776804525e-09;
        z = u + v;
        var w = v - (z - u);
        var t1 = z - ExpPolynomial(z * z);
        var r = z * t1 / (t1 - 2.0) - (w + z * w);
        return Math.ScaleB(1.0 - (r - z), n);
    }

    // Scales a subnormal number, and gives the power of two of the result's first bit.
    private static int Normalize(ref double x)
    {
        var k = -1023;
        if (High(x) < 0x00100000)
        {
            k -= 54;
            x *= Two54;
        }
        return k + (High(x) >> 20);
    }

    private static int High(double value) => (int)(BitConverter.DoubleToInt64Bits(value) >> 32);

    private static double WithHigh(double value, int word) =>
        BitConverter.Int64BitsToDouble(((long)word << 32) | (BitConverter.DoubleToInt64Bits(value) & 0xFFFFFFFF));

    private static double WithoutLow(double value) => WithHigh(0, High(value));
}
