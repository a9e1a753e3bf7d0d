// “Save callback settings”: asks the application's URL as the platform does, and says what is wrong with the answer.
import { $ } from "../shared/dom.js";
import { call } from "../shared/control_api.js";
import { language, say } from "../shared/texts.js";

const COMPARE = "请核对 Token、EncodingAESKey 与企业 ID";
const AROUND = { "a byte order mark": "BOM", "blanks or a newline": "空白或换行", quotes: "引号", JSON: "JSON", "a web page": "网页", something: "其他内容" };
// The verdicts of verification.py, in Chinese.
const CHINESE = [
  [/^The URL answers as it should/, () => "应答正确。"],
  [/^The application has no callback URL/, () => "应用没有设置回调 URL。"],
  [/^No answer within 1 second/, () => "1 秒内没有应答。"],
  [/^Could not connect \((.*)\)/, (what) => `无法连接（${what}）。`],
  [/^The URL redirects \((\d+)\)/, (status) => `URL 发生跳转（${status}）；请填写最终地址，注意末尾的斜杠。`],
  [/^The URL refuses the request \((\d+)\)/, (status) => `URL 拒绝了请求（${status}）；${COMPARE}。`],
  [/^The URL answers (\d+) instead of 200/, (status) => `URL 返回 ${status}，应为 200。`],
  [/^The body has (.*) around the decrypted text/, (what) => `返回内容在明文前后多了${AROUND[what] ?? what}；只应返回明文本身。`],
  [/^The body is empty/, () => `返回内容为空；${COMPARE}。`],
  [/^The URL answers with a web page/, () => "URL 返回了网页；应用前面可能有另一台服务器。"],
  [/^The body is not the decrypted text/, () => `返回内容不是解密后的明文；${COMPARE}。`],
];

function words(verdict) {
  if (language !== "zh") return verdict;
  for (const [pattern, chinese] of CHINESE) {
    const found = pattern.exec(verdict);
    if (found) return chinese(...found.slice(1));
  }
  return verdict;
}

async function verify() {
  const verdict = $("verdict");
  verdict.textContent = "…";
  verdict.className = "verdict";
  const result = await call("POST", "verify", {});
  verdict.classList.add(result.ok ? "good" : "bad");
  const took = result.ms === null ? "" : ` ${Math.round(result.ms)} ms`;
  verdict.textContent = `${say(result.ok ? "passed" : "notPassed")}${took}: ${words(result.verdict)}`;
  verdict.title = result.url;
}

export function start() {
  $("verify").addEventListener("click", verify);
}
