export { fromTorch, goldenArticle, goldenStart, torchIndices, torchSummary, type GoldenArticle, type GoldenSummary, type GoldenTensor } from './golden-article.js';
