// Verifies the application's callback URL as the platform does when it is saved, and shows what is wrong with the answer.
import { callApi } from "../shared/control_api.js";
import { byId } from "../shared/dom.js";
import { language, t } from "../shared/texts.js";

const COMPARE = "请核对 Token、EncodingAESKey 与企业 ID";
const SURROUNDINGS = { "a byte order mark": "BOM", "blanks or a newline": "空白或换行", quotes: "引号", JSON: "JSON", "a web page": "网页", something: "其他内容" };
// The emulator's verdicts in Chinese.
/** @type {[RegExp, (...found: string[]) => string][]} */
const CHINESE = [
  [/^The URL answers as it should/, () => "应答正确。"],
  [/^The application has no callback URL/, () => "应用没有设置回调 URL。"],
  [/^No answer within 1 second/, () => "1 秒内没有应答。"],
  [/^Could not connect \((.*)\)/, (what) => `无法连接（${what}）。`],
  [/^The URL redirects \((\d+)\)/, (status) => `URL 发生跳转（${status}）；请填写最终地址，注意末尾的斜杠。`],
  [/^The URL refuses the request \((\d+)\)/, (status) => `URL 拒绝了请求（${status}）；${COMPARE}。`],
  [/^The URL answers (\d+) instead of 200/, (status) => `URL 返回 ${status}，应为 200。`],
  [/^The body has (.*) around the decrypted text/, (what) => `返回内容在明文前后多了${SURROUNDINGS[what] ?? what}；只应返回明文本身。`],
  [/^The body is empty/, () => `返回内容为空；${COMPARE}。`],
  [/^The URL answers with a web page/, () => "URL 返回了网页；应用前面可能有另一台服务器。"],
  [/^The body is not the decrypted text/, () => `返回内容不是解密后的明文；${COMPARE}。`],
];

function translateVerdict(verdict) {
  if (language !== "zh") return verdict;
  for (const [pattern, chinese] of CHINESE) {
    const found = pattern.exec(verdict);
    if (found) return chinese(...found.slice(1));
  }
  return verdict;
}

async function verify() {
  const output = byId("verify-result");
  output.textContent = "…";
  output.className = "verify-result";
  const result = await callApi("POST", "verify", {});
  output.classList.add(result.ok ? "good" : "bad");
  const duration = result.ms === null ? "" : ` ${Math.round(result.ms)} ms`;
  output.textContent = `${t(result.ok ? "verified" : "notVerified")}${duration}: ${translateVerdict(result.verdict)}`;
  output.title = result.url;
}

export function start() {
  byId("verify-url").addEventListener("click", verify);
}
